/**
 * What the analyzer offers. Pure: no I/O, no clock, no environment. The Worker, the offline command and the tests
 * call the same functions.
 */
export { analyse } from './analyse';
export { catalogueVersion, explainFinding, holdMinutesOf, ruleOf } from './catalogue';
export { clockLevelOf } from './cluster/clock-level';
export type { Behind, ClusterEvidence, Contact, Member, Neighbour, OpenVolumes } from './cluster/cluster-evidence';
export { openLimits } from './cluster/open-on-nodes';
export { freshForMs, isSharedSince, presenceLimits } from './cluster/presence';
export { type SilenceStory, tellSilence } from './cluster/silence-story';
export type { Evidence, Unknown } from './evidence';
export { type ClusterView, factsVersion, type NodeFacts } from './facts';
export type { Insight } from './insight/insight';
export { listOpenVolumes } from './node/open-volumes';
export { hasStayedBehind } from './node/stayed-behind';
export { type NodeReadings, readReadings, type Space, type SpaceKind } from './parse/readings';
export { type ReadSnapshot, readSnapshot } from './read-snapshot';
export { renderConsole } from './report/console';
export type { ConsoleInput, KnownFinding } from './report/console-input';
export { type Circumstance, nameSafe, safeBecause } from './report/guards';
export { sayWhyIdle } from './report/idle';
export { renderJson } from './report/json';
export { groupNotChecked, type NotCheckedGroup, sayUnknown } from './report/not-checked';
export { findRawLines, indexRawLines, marksOf, type RawLine, type RawLines } from './report/raw-lines';
export { terminalText } from './report/terminal-text';
export type * from './report-shape';
export { maxFindings, moreSubject, type Place } from './rule';
export { gradePerformance, joinPerformance, type Performance, sayPerformance } from './score/performance';
