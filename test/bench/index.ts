/** What scripts/bench.mjs starts in its own process. */
export { measureBundles } from './bundles';
export { measureCollector, measureProbe } from './collector';
export { measureCore, messageSizes } from './core';
export { fleetSizes, measureIngest } from './ingest';
export { benchEnvironment, loadSizes, measureLoad } from './load';
export { judgeCosts } from './message-cost';
export { printTable } from './print-table';
