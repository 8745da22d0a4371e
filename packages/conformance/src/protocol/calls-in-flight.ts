/** Number of CSI calls that a driver is serving, from its gauge at `--metrics-address`. */
export async function callsInFlight(metricsUrl: string): Promise<number> {
  const text = await (await fetch(`${metricsUrl}/metrics`)).text();
  const samples = text.matchAll(/^lustre_csi_calls_in_flight\{[^}]*\} (?<count>-?[0-9.e+]+)$/gm);
  return [...samples].reduce((sum, { groups }) => sum + Number(groups?.['count']), 0);
}

/** Address of the driver's metrics, from its log. */
export function metricsUrlOf(log: string): string {
  const address = /"address":"(?<address>[^"]+)"[^\n]*"msg":"serving metrics"/.exec(log)?.groups?.['address'];
  if (!address) throw new Error(`the driver serves no metrics: ${log}`);
  return `http://${address}`;
}

/** Waits until this number of calls is in flight.
 *  @returns the last number */
export async function awaitCallsInFlight(
  metricsUrl: string,
  wanted: number,
  timeoutMs = 10_000,
): Promise<number> {
  const giveUp = Date.now() + timeoutMs;
  let count = await callsInFlight(metricsUrl);
  while (count !== wanted && Date.now() < giveUp) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    count = await callsInFlight(metricsUrl);
  }
  return count;
}
