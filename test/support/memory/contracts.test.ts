import { backoffStoreContract } from '../../attempts/backoff-store-contract.ts';
import { sourceStoreContract } from '../../attempts/source-store-contract.ts';
import { refreshStoreContract } from '../../sessions/refresh-store-contract.ts';
import { sessionStoreContract } from '../../sessions/session-store-contract.ts';
import { memoryStores } from './stores.ts';

/** The stores in memory do what those of DynamoDB do: the same suites run on the embedded engine. */
const stores = memoryStores();

backoffStoreContract(() => stores.backoff);
sourceStoreContract(() => stores.sources);
refreshStoreContract(() => stores.refreshTokens);
sessionStoreContract(() => stores);
