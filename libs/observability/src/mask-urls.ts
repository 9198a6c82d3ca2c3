const CREDENTIALS = /\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/@]{1,512}@/gi;
const TOKEN = /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g;

/** Text with the credentials of URLs and anything that looks like a JWT blotted out. */
export function maskUrls(text: string): string {
  return text.replace(CREDENTIALS, '$1***@').replace(TOKEN, '***');
}
