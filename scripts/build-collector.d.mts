/** Types of build-collector.mjs for the tests that use it. */
export declare const collectorBundle: string;
/** Answers the path of the bundle. */
export declare function buildCollector(options?: { outfile?: string }): Promise<string>;
