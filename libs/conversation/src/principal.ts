/** Who acts: an authenticated user of one tenant. Every operation refuses what belongs to another tenant. */
export interface Principal {
  readonly tenantId: string;
  readonly userId: string;
  readonly roles: readonly string[];
}
