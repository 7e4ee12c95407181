/**
 * How the counter of uses reads a shard of the stream. Uses of a key that come together are counted by one write; more than
 * 2,500 records would not fit into the 6 MB of a call. Records of a key are always in one batch, in their order, so that more
 * batches at a time count as exactly (Lambda developer guide, "Processing DynamoDB records", `ParallelizationFactor`): one
 * reader alone falls behind a shard whose uses are of as many tenants (docs/scale.md).
 */
export const USAGE_READING = { batchSize: 2500, windowSeconds: 60, parallelizationFactor: 2 };
