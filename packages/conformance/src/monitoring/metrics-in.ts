/** Names of metrics in a PromQL expression: identifiers that are neither functions, keywords nor labels. */
export function metricsIn(expression: string): readonly string[] {
  const withoutTexts = expression.replace(/"(?:[^"\\]|\\.)*"/g, '""');
  const withoutLabels = withoutTexts
    .replace(/\{[^}]*\}/g, '')
    .replace(/\[[^\]]*\]/g, '')
    .replace(/\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, ' ');
  const names = [...withoutLabels.matchAll(/\b[a-zA-Z_:][\w:]*\b(?!\s*\()/g)].map(([name]) => name);
  // Keywords and durations have no underscore; each metric has one.
  return [...new Set(names)].filter((name) => name.includes('_'));
}

/** Metric to which a series belongs: histograms have three kinds of series. */
export const familyOf = (series: string): string => series.replace(/_(?:bucket|sum|count)$/, '');
