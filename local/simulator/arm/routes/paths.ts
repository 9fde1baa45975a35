/** Path of a subscription. */
export const SUBSCRIPTION = "/subscriptions/:subscription";

/** Path of a resource group. */
export const GROUP = `${SUBSCRIPTION}/resourcegroups/:group`;
