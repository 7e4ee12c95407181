/** Seconds for which an instance may use a copy: changes say from when they hold, no later than this. */
export const FACTS_SECONDS = 2;
