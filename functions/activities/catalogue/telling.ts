/** From the record to those who listen. */
export interface TellingActivities {
  readonly startTelling: { readonly input: { readonly incidentId: string }; readonly output: null };
  readonly publishClosed: {
    readonly input: { readonly incidentId: string };
    /** `off`: no topic is set any more; `forgotten`: the record is gone. */
    readonly output: {
      readonly told: "forgotten" | "given-up" | "off" | "published" | "still-open";
    };
  };
}
