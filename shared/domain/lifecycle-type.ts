/** Type of the event that tells of an incident's end. */
export const INCIDENT_CLOSED = "StaticIpRemediator.IncidentClosed";
