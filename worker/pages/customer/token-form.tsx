/** Asking for an enrolment token: which cluster, how many nodes. */
import { nameCluster } from '../fleet/cluster-rows';

export const defaultUses = 10;
export const maxUses = 64;

type Choice = { readonly clusterId: string; readonly name: string };

/** `only`: on a cluster's own page there is nothing to choose. */
export function TokenForm({ tenantId, clusters = [], only }: { tenantId: string; clusters?: readonly Choice[]; only?: Choice }) {
  return (
    <form class="fields" method="post" action={`/t/${tenantId}/tokens`}>
      {only === undefined ? (
        <label>
          Cluster
          <select name="cluster">
            <option value="">A new cluster</option>
            {clusters.map(({ clusterId, name }) => (
              <option value={clusterId}>{nameCluster(name)}</option>
            ))}
          </select>
          {clusters.length > 0 && <span class="hint">A further node of a cluster: choose its cluster. "A new cluster" would show it twice.</span>}
        </label>
      ) : (
        <input type="hidden" name="cluster" value={only.clusterId} />
      )}
      <label>
        Nodes
        <input name="uses" type="number" min={1} max={maxUses} value={defaultUses} required />
        <span class="hint">How many nodes the token lets in.</span>
      </label>
      <button class={only === undefined ? 'btn main' : 'btn'} type="submit">
        Make a token
      </button>
    </form>
  );
}
