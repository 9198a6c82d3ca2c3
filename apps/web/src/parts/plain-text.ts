/** Text for one line: marks of formatting carry no meaning there. */
export function plainText(text: string): string {
  return text
    .replace(/^```[\w-]*$/gm, '')
    .replace(/[*_`#>|~]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
