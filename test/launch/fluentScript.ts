/** Lines of a script that logs as MLflow's documentation shows. */
export const FLUENT = [
  'import mlflow',
  'with mlflow.start_run():',
  '    mlflow.log_param("lr", 0.1)',
  '    for step in range(3):',
  '        mlflow.log_metric("loss", 1 / (step + 1), step=step)',
];
