/** A trend in the height of a line, without numbers: `label` has them. */
export function Sparkline({ values, label }: { readonly values: readonly number[]; readonly label: string }) {
  const most = Math.max(1, ...values);
  const width = 4 * values.length;
  return (
    <svg viewBox={`0 0 ${width} 20`} width={width} height="20" role="img" aria-label={label}>
      <title>{label}</title>
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (18 * value) / most);
        return (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a day is its place.
            key={index}
            x={4 * index}
            y={20 - height}
            width="3"
            height={height}
            rx="0.5"
            className={value === 0 ? 'fill-line-strong' : 'fill-brand'}
          />
        );
      })}
    </svg>
  );
}
