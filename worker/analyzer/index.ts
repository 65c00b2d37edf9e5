/**
 * What the analyzer offers. Pure: no I/O, no clock, no environment. The Worker, the offline command and the tests
 * call the same functions.
 */
export { analyse } from './analyse';
export { catalogueVersion, explainFinding, holdMinutesOf, ruleOf } from './catalogue';
export { clockLevelOf } from './clock-level';
export type { Behind, ClusterEvidence, Contact, Member, Neighbour, OpenVolumes } from './cluster-evidence';
export type { Evidence, Unknown } from './evidence';
export { type ClusterView, factsVersion, type NodeFacts } from './facts';
export type { Insight } from './insight/insight';
export { openLimits } from './open-on-nodes';
export { listOpenVolumes } from './open-volumes';
export { type NodeReadings, readReadings, type Space, type SpaceKind } from './parse/readings';
export { gradePerformance, joinPerformance, type Performance, sayPerformance } from './performance';
export { freshForMs, isSharedSince, presenceLimits } from './presence';
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
export { type SilenceStory, tellSilence } from './silence-story';
export { hasStayedBehind } from './stayed-behind';
