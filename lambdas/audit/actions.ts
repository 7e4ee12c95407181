/** Every action of the audit trail, `<kind>.<verb>` (docs/audit.md). */
export const AUDIT_ACTIONS = [
  'tenant.create',
  'tenant.update',
  'tenant.close',
  'tenant.reopen',
  'tenant.erase',
  'user.create',
  'user.update',
  'user.password',
  'user.link',
  'user.verify',
  'user.reset',
  'user.email',
  'user.email-undo',
  'user.remove',
  'user.delete',
  'workspace.create',
  'workspace.update',
  'workspace.close',
  'workspace.delete',
  'key.create',
  'key.import',
  'key.update',
  'key.enable',
  'key.disable',
  'key.rotate',
  'key.revoke',
  'key.reveal',
  'client.create',
  'client.rotate',
  'client.delete',
  'session.create',
  'session.role',
  'session.refresh-reuse',
  'session.end',
  'session.code-reuse',
  'app.connect',
  'app.disconnect',
  'invitation.create',
  'invitation.resend',
  'invitation.revoke',
  'invitation.accept',
  'signin.create',
  'signin.end',
  'factor.add',
  'factor.remove',
  'factor.reset',
  'factor.recovery',
  'factor.recovery-codes',
] as const;

export type AuditAction = (typeof AUDIT_ACTIONS)[number];

type Kind = AuditAction extends `${infer Before}.${string}` ? Before : never;

/** The actions on things of a kind. */
export type AuditVerb<Of extends Kind> = {
  [Action in AuditAction]: Action extends `${Of}.${infer Verb}` ? Verb : never;
}[AuditAction];
