/** Whether Redis refused because a key holds something of another type. */
export function isForeignType(error: unknown): boolean {
  return error instanceof Error && error.message.includes('WRONGTYPE');
}
