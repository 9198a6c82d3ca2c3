/** What every token has to say, whoever signed it. */
export interface TokenRules {
  readonly issuer: string;
  readonly audience: string;
}

/** Besides issuer and audience. */
export const REQUIRED_CLAIMS = ['sub', 'tenant', 'exp'];

/** How far the clocks of an issuer and of a gateway may be apart. */
export const CLOCK_TOLERANCE_S = 5;
