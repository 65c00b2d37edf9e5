/** Types of build-probe.mjs for the tests that use it. */
export declare const probeFile: string;
/** Answers the path of the script. `forTests`: it reads below $SEXTON_PROBE_ROOT and finds commands in $SEXTON_PROBE_PATH. */
export declare function buildProbe(options?: { outfile?: string; forTests?: boolean }): Promise<string>;
