import { useSearchParams } from 'wouter';

/** The parameters of a screen's URL by their names. A change is no step in the history; an empty value removes its parameter. */
export function useUrlParameters<Name extends string>() {
  const [parameters, setParameters] = useSearchParams();
  const change = (changed: Readonly<Partial<Record<Name, string>>>) =>
    setParameters(
      (before) => {
        const next = new URLSearchParams(before);
        for (const [name, value] of Object.entries<string | undefined>(changed)) {
          if (value) next.set(name, value);
          else next.delete(name);
        }
        return next;
      },
      { replace: true },
    );
  const clear = () => setParameters({}, { replace: true });
  return { parameters, change, clear };
}
