/** "Does not apply", in people's words: no LVM here is not "LVM is fine here". */
import { ruleOf } from '../catalogue';

export const sayWhyIdle = (ruleId: string): string => ruleOf(ruleId)?.doesNotApply ?? 'There is nothing here that this check could look at.';
