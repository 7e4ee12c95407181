/** The accounts at identity providers by which people come in. */
export interface IdentityList {
  /** Those of a person. Only a hash of each is stored. `linkedAt` in Unix seconds. */
  ofPerson(userId: string): Promise<readonly { readonly linkedAt: number }[]>;
}
