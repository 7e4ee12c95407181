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

/** What is being done on a screen, by the parameter `do`, and to what, by `id`: a link leads to it. */
export function useDoing<Doing extends string>() {
  const [parameters, setParameters] = useSearchParams();
  return {
    doing: parameters.get('do') as Doing | null,
    id: parameters.get('id'),
    begin: (doing: Doing, id?: string) => setParameters({ do: doing, ...(id !== undefined && { id }) }),
    end: () => setParameters({}, { replace: true }),
  };
}
