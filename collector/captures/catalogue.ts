/** Everything this collector ever captures, in order. The order is part of the contract with the analyzer. */
import { clusterAfter, clusterIdentity, datacenter, haBefore, members, tasksBefore, tasksFailed, vmlistBefore } from './cluster';
import { blockDevices, mappingReadings, mappingsAfter, mappingsBefore, multipath } from './dm';
import type { CaptureEntry } from './entry';
import { configurations, guestProcesses, runningGuests } from './guests';
import { hostIdentity, hostMentions, hostPackages, hostReadings, hostStatBefore } from './host';
import { autoactivation, groups, locks } from './lvm';

export const catalogue: readonly CaptureEntry[] = [
  ...hostIdentity,
  ...clusterIdentity,
  vmlistBefore,
  members,
  haBefore,
  datacenter,
  tasksBefore,
  hostStatBefore,
  ...configurations,
  mappingsBefore,
  multipath,
  groups,
  autoactivation,
  blockDevices,
  ...mappingsAfter,
  ...mappingReadings,
  locks,
  ...clusterAfter,
  tasksFailed,
  ...runningGuests,
  ...guestProcesses,
  hostPackages,
  hostMentions,
  ...hostReadings,
];
