/** What every address of the API begins with. It stays as it is for ever. */
export const apiPath = '/api/v1';
