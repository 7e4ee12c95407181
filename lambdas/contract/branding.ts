/** What makes the pages a team's own (`branding` in the configuration). */
export interface Branding {
  /** The name of the service, in the words that its people know. */
  readonly name: string;
  /** The logo's SVG; null for the name alone. */
  readonly logo: string | null;
  /** Of buttons, `#rrggbb`; the stylesheet finds a readable colour for the text on it. */
  readonly color: string;
  /** The same where the system is set to dark. */
  readonly darkColor: string;
}
