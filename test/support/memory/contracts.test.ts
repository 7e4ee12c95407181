import { describe } from 'vitest';
import { decisionStoreContract } from '../../access/decision-store-contract.ts';
import { backoffStoreContract } from '../../attempts/backoff-store-contract.ts';
import { sourceStoreContract } from '../../attempts/source-store-contract.ts';
import { clientStoreContract } from '../../clients/client-store-contract.ts';
import { factorStoresContract } from '../../factors/factor-stores-contract.ts';
import { claimStoreContract } from '../../idempotency/claim-store-contract.ts';
import { keyStoreContract } from '../../keys/key-store-contract.ts';
import { oauthStoresContract } from '../../oauth/oauth-stores-contract.ts';
import { accountStoreContract } from '../../people/account-store-contract.ts';
import { exchangeStoreContract } from '../../people/exchange-store-contract.ts';
import { peopleStoreContract } from '../../people/people-store-contract.ts';
import { refreshStoreContract } from '../../sessions/refresh-store-contract.ts';
import { sessionStoreContract } from '../../sessions/session-store-contract.ts';
import { signInStoreContract } from '../../signin/sign-in-store-contract.ts';
import { tenancyStoresContract } from '../../tenancy/tenancy-stores-contract.ts';
import { importStoreContract } from '../../transfer/import-store-contract.ts';
import { memoryStores } from './stores.ts';

describe('the stores in memory do what those of DynamoDB do, which run the same suites on the embedded engine', () => {
  const stores = memoryStores();

  decisionStoreContract(() => stores);
  backoffStoreContract(() => stores.backoff);
  sourceStoreContract(() => stores.sources);
  claimStoreContract(() => stores);
  keyStoreContract(() => stores);
  accountStoreContract(() => stores);
  clientStoreContract(() => stores);
  exchangeStoreContract(() => stores.exchange);
  peopleStoreContract(() => stores);
  refreshStoreContract(() => stores.refreshTokens);
  sessionStoreContract(() => stores);
  signInStoreContract(() => stores);
  tenancyStoresContract(() => stores);
  importStoreContract(() => stores);
  oauthStoresContract(() => stores);
  factorStoresContract(() => stores);
});
