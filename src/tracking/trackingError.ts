/** MLflow's error codes (mlflow.protos.databricks_pb2.ErrorCode) that this project raises or carries through. */
export type ErrorCode =
  | 'INTERNAL_ERROR'
  | 'TEMPORARILY_UNAVAILABLE'
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'UNAUTHENTICATED'
  | 'INVALID_PARAMETER_VALUE'
  | 'ENDPOINT_NOT_FOUND'
  | 'INVALID_STATE'
  | 'PERMISSION_DENIED'
  | 'NOT_IMPLEMENTED'
  | 'FEATURE_DISABLED'
  | 'REQUEST_LIMIT_EXCEEDED'
  | 'RESOURCE_EXHAUSTED'
  | 'RESOURCE_ALREADY_EXISTS'
  | 'RESOURCE_DOES_NOT_EXIST'
  | 'RESOURCE_CONFLICT'
  | 'CUSTOMER_UNAUTHORIZED'
  | 'ABORTED'
  | 'CANCELLED'
  | 'DATA_LOSS'
  | 'DEADLINE_EXCEEDED';

/** The only error that crosses a layer on purpose. `message` is one plain sentence for a person. */
export class TrackingError extends Error {
  override readonly name = 'TrackingError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /**
   * True for a `TrackingError`, of the given code when one is given. Told by its name: a process may hold the client library
   * twice, as ES module and as CommonJS.
   */
  static is(error: unknown, code?: ErrorCode): error is TrackingError {
    return (
      error instanceof Error &&
      error.name === 'TrackingError' &&
      'code' in error &&
      (code === undefined || error.code === code)
    );
  }
}
