import { dataOf } from '../api/client.ts';
import { ApiError, Unreachable } from '../api/errors.ts';
import { revokeKey, updateKey } from '../api/generated/sdk.gen.ts';
import type { ApiKey } from '../api/generated/types.gen.ts';
import { useTexts } from '../app/language.ts';
import { toast } from '../ui/toasts.tsx';
import { refreshKeys, showKey } from './loaded-keys.ts';
import { KEY_TEXTS } from './texts.ts';

/** What can be done with a key at once, from anywhere. */
export function useKeyChanges() {
  const words = useTexts(KEY_TEXTS);
  const explain = useExplanation();

  /** Shown at once, as it can be taken back. */
  async function setEnabled(key: ApiKey, enabled: boolean, isUndo = false): Promise<void> {
    showKey({ ...key, status: enabled ? 'active' : 'disabled', is_active: enabled });
    try {
      const changed = await dataOf(
        updateKey({ path: { id: key.id }, body: { enabled }, throwOnError: true }),
      );
      showKey(changed);
      const text = enabled ? words.isEnabled(key.name) : words.isDisabled(key.name);
      const undo = () => void setEnabled(changed, !enabled, true);
      toast(isUndo ? words.undone : text, isUndo ? {} : { undo });
    } catch (error) {
      showKey(key);
      refreshKeys();
      toast(explain(error), { tone: 'danger' });
    }
  }

  /** Gives whether it is revoked. */
  async function revoke(key: ApiKey): Promise<boolean> {
    try {
      await dataOf(revokeKey({ path: { id: key.id }, throwOnError: true }));
      showKey({ ...key, status: 'revoked', is_active: false, revoked_at: new Date().toISOString() });
      refreshKeys();
      toast(words.isRevoked(key.name));
      return true;
    } catch (error) {
      refreshKeys();
      toast(explain(error), { tone: 'danger' });
      return false;
    }
  }

  return { setEnabled, revoke };
}

/** An error in the reader's words. */
export function useExplanation(): (error: unknown) => string {
  const words = useTexts(KEY_TEXTS);
  return (error) => {
    if (error instanceof Unreachable) return words.offline;
    if (error instanceof ApiError && error.status === 409) return words.conflict;
    return words.failed(error instanceof Error ? error.message : String(error));
  };
}
