/** HA's manager_status without its timestamps: which service is where, in which state. */

type Service = { node?: string; state?: string; target?: string };

/** Undefined: not the JSON it should be. */
export function redactHaStatus(text: string): string | undefined {
  const document = parse(text);
  if (!isObject(document)) return undefined;
  const services = document.service_status ?? {};
  if (!isObject(services)) return undefined;
  const kept: Record<string, Service> = {};
  for (const sid of Object.keys(services).sort()) {
    if (!/^[a-z]{1,16}:[A-Za-z0-9._-]{1,64}$/.test(sid)) continue;
    const service = services[sid];
    kept[sid] = isObject(service) ? { ...word(service, 'node'), ...word(service, 'state'), ...word(service, 'target') } : {};
  }
  return JSON.stringify({ service_status: kept });
}

function word(service: Readonly<Record<string, unknown>>, key: keyof Service): Service {
  const value = service[key];
  return typeof value === 'string' && /^[A-Za-z0-9._-]{1,64}$/.test(value) ? { [key]: value } : {};
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
