/** How fast a function grows: instances that it may start at once, and in each second after (Lambda, "Scaling behavior"). */
const STARTS = { atOnce: 1000, perSecond: 100 };
/** Requests a second of one instance, however short they are ("Understanding Lambda function scaling"). */
const REQUESTS_AN_INSTANCE = 10;

export interface Growth {
  readonly provisioned: number;
  readonly instancesAfter: Readonly<Record<number, number>>;
  /** Requests that are refused until the function carries all. */
  readonly refused: number;
  /** Seconds until then. */
  readonly seconds: number;
}

export const GROWTH_SECONDS = [1, 10, 30, 60];

/** A function that has `provisioned` instances, and from one second to the next so many requests a second. */
export function growth(offered: number, provisioned: number): Growth {
  const wanted = Math.ceil(offered / REQUESTS_AN_INSTANCE);
  const instancesAfter: Record<number, number> = {};
  let [instances, startable, refused, seconds] = [provisioned, STARTS.atOnce, 0, 0];
  for (let second = 1; second <= 600; second += 1) {
    const started = Math.min(startable, wanted - instances);
    instances += started;
    startable = Math.min(STARTS.atOnce, startable - started + STARTS.perSecond);
    const excess = Math.max(0, offered - instances * REQUESTS_AN_INSTANCE);
    refused += excess;
    if (excess > 0) seconds = second;
    if (GROWTH_SECONDS.includes(second)) instancesAfter[second] = instances;
  }
  return { provisioned, instancesAfter, refused, seconds };
}
