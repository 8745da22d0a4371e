/** Name of the node. */
export const NODE_NAME = 'node1';

/** Address of the node on the bridge of the pods. */
export const NODE_ADDRESS = '10.244.0.1';

/** Address of the Service `kubernetes`, which the API server has. */
export const API_ADDRESS = '10.96.0.1';

export const API_URL = `https://${API_ADDRESS}:443`;
