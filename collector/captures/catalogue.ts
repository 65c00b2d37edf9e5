/** Everything this collector ever captures, in order. The order is part of the contract with the analyzer. */
import { clusterAfter, clusterIdentity, datacenter, haBefore, members, tasksBefore, vmlistBefore } from './cluster';
import { mappingsAfter, mappingsBefore } from './dm';
import type { CaptureEntry } from './entry';
import { configurations, runningGuests } from './guests';
import { hostIdentity, hostMentions, hostPackages, hostReadings, hostStatBefore } from './host';
import { groups } from './lvm';

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
  groups,
  ...mappingsAfter,
  ...clusterAfter,
  ...runningGuests,
  hostPackages,
  hostMentions,
  ...hostReadings,
];
