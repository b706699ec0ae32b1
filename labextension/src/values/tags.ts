/** Tags as typed: `team=a, baseline, -old`; null takes a tag off. */
export function parseTags(text: string): Record<string, string | null> {
  const tags: Record<string, string | null> = {};
  for (const item of text.split(',').map(part => part.trim())) {
    const [key = '', ...rest] = item.split('=');
    if (key.startsWith('-') && key.length > 1) {
      tags[key.slice(1).trim()] = null;
    } else if (key !== '') {
      tags[key.trim()] = rest.length > 0 ? rest.join('=').trim() : '';
    }
  }
  return tags;
}
