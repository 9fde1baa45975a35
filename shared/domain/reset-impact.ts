/** Where the address of a NIC that may be reset stands, and so what breaks while it has another one. */
export interface ResetImpact {
  readonly nicId: string;
  /** `NAME of NSG NAME`. */
  readonly rules: readonly string[];
  /** Names in private DNS, `NAME.ZONE`. */
  readonly records: readonly string[];
  /** What could not be looked at, with the reason. */
  readonly unread: readonly string[];
}
