/** What docs/rules.md says of a rule. It stands in the rule's own file, so that text and verdict change together. */
export type RuleReference = {
  /** What is the matter, in a sentence or two. */
  readonly what: string;
  /** What it breaks, and for whom. */
  readonly why: string;
  /** How it is decided: which facts are compared. */
  readonly how: string;
  /** When it is how severe; needed where a rule has more than one severity. */
  readonly severity?: string;
  /** Ids of the captures it rests on. */
  readonly evidence: readonly string[];
  /** What looks the same and is not, and what keeps it from being called so. */
  readonly guards: readonly string[];
  /** What a script would do, or why there is none. */
  readonly remedy: string;
  /** Source files, commits, bug numbers, manual pages: what taught it. Our own runs on a kernel are named as such. */
  readonly sources: readonly string[];
};

/** `duplicate` and `tombstone`: the words of the summary operators know; `none`: it enters neither count nor score. */
export type CountsAs = 'duplicate' | 'tombstone' | 'none';
