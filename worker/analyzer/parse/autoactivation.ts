/**
 * `lvs -o lv_uuid,lv_autoactivation`: which volumes are activated by themselves, at boot or when their group appears.
 * LVM before 2.03.12 (Proxmox VE 7) does not know the column: nothing is known then, not "off".
 */
import type { Captures } from './captured';
import { reportsOf, rowsOf, word } from './lvm-rows';

/** Uuid of a volume as LVM prints it -> is it? Empty when the capture has no answer. */
export function readAutoactivation(captures: Captures): ReadonlyMap<string, boolean> {
  const reports = reportsOf(captures, 'lvm.autoactivation');
  const found = new Map<string, boolean>();
  for (const row of reports.status === 'known' ? reports.value.flatMap((report) => rowsOf(report, 'lv')) : []) {
    const says = word(row, 'lv_autoactivation');
    // A word, or a number where the administrator wants them so.
    const isOn = says === 'enabled' || says === '1';
    if (isOn || says === '' || says === '0') found.set(word(row, 'lv_uuid'), isOn);
  }
  return found;
}
