/** Text for one line: marks of formatting carry no meaning there. */
export function plainText(text: string): string {
  return text
    .replace(/[*_`#>|~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
