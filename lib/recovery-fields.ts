import { oneOf, text, whole } from './config-fields.ts';

const STREAM_ARN = /^arn:aws[\w-]*:dynamodb:[a-z0-9-]+:\d{12}:table\/[\w.-]{3,255}\/stream\/[\w.:-]+$/;

/** The part of the configuration by which a deployment comes back from a backup. */
export const recoveryFields = {
  /**
   * The stream of a restored table that takes the place of the stack's own, which stays; null for the stack's own.
   * `npm run ops -- recover` restores such a table and prints it. @default null
   */
  restoredTableStreamArn: text(
    STREAM_ARN,
    'the ARN of the stream of a restored table, as "npm run ops -- recover" prints it, or null for the stack\'s own table',
  )
    .nullable()
    .default(null),
  /**
   * `standby`: a second stack, in another Region, on a replica of the table (`restoredTableStreamArn`). Nothing in it
   * runs until it is `active`. @default active
   */
  regionRole: oneOf(['active', 'standby']).default('active'),
  /**
   * Hours after which a backup by `npm run ops -- backup` is late, and an alarm rings; null for no alarm. It watches from
   * the first backup on. @default null
   */
  backupHours: whole(1, 8_784, 'or null for no alarm').nullable().default(null),
};
