/** What a cold start costs before any of our code: the floor of the cold start's measurement. */
export const handler = async () => ({ context: { outcome: 'allowed' } });
