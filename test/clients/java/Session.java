import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mlflow.api.proto.Service;
import org.mlflow.tracking.ActiveRun;
import org.mlflow.tracking.ExperimentsPage;
import org.mlflow.tracking.MlflowClient;
import org.mlflow.tracking.MlflowContext;
import org.mlflow.tracking.MlflowHttpException;
import org.mlflow.tracking.RunsPage;
import org.mlflow.tracking.creds.BasicMlflowHostCreds;

/**
 * Uses everything that MLflow's Java client has for tracking, and prints what it reads back as lines of `name=value`. The
 * server and how to sign in come from MLflow's variables. With an argument it logs that file as an artifact too, for which
 * the client starts MLflow's Python command.
 */
@SuppressWarnings("deprecation") // The older searches are what many programs call.
final class Session {
  private static final List<String> NONE = Collections.emptyList();
  private final MlflowClient client = new MlflowClient(credentials());

  public static void main(String[] arguments) throws Exception {
    Session session = new Session();
    // By itself this client takes nothing but the address from the environment.
    say("unsigned", refusal(() -> new MlflowClient().getExperiment("0")));
    String experiment = session.experiments();
    String run = session.runs(experiment);
    session.searches(experiment);
    session.context(experiment);
    session.errors(run);
    if (arguments.length > 0) {
      session.artifacts(run, Paths.get(arguments[0]));
    }
    session.client.close();
  }

  private static BasicMlflowHostCreds credentials() {
    return new BasicMlflowHostCreds(
        System.getenv("MLFLOW_TRACKING_URI"),
        System.getenv("MLFLOW_TRACKING_USERNAME"),
        System.getenv("MLFLOW_TRACKING_PASSWORD"),
        System.getenv("MLFLOW_TRACKING_TOKEN"),
        false);
  }

  private static void say(String name, Object value) {
    System.out.println(name + "=" + value);
  }

  private String experiments() {
    String id = client.createExperiment("java größe");
    client.setExperimentTag(id, "team", "vision");
    String other = client.createExperiment(
        Service.CreateExperiment.newBuilder()
            .setName("java other")
            .addTags(Service.ExperimentTag.newBuilder().setKey("kind").setValue("x"))
            .build());
    client.renameExperiment(other, "java renamed");
    client.deleteExperiment(other);
    say("deleted", client.getExperiment(other).getLifecycleStage());
    client.restoreExperiment(other);
    Service.Experiment restored = client.getExperiment(other);
    say("restored", restored.getLifecycleStage() + " " + restored.getName());
    say("byName", client.getExperimentByName("java größe").get().getExperimentId().equals(id));
    say("noName", client.getExperimentByName("absent").isPresent());
    List<String> names = new ArrayList<>();
    ExperimentsPage page =
        client.searchExperiments(
            "name LIKE 'java%'", Service.ViewType.ACTIVE_ONLY, 1, Arrays.asList("name ASC"));
    while (true) {
      for (Service.Experiment experiment : page.getItems()) {
        names.add(experiment.getName());
      }
      if (!page.hasNextPage()) {
        break;
      }
      page = (ExperimentsPage) page.getNextPage();
    }
    say("experiments", names);
    return id;
  }

  private String runs(String experiment) {
    Service.RunInfo info =
        client.createRun(
            Service.CreateRun.newBuilder()
                .setExperimentId(experiment)
                .setRunName("java run")
                .setStartTime(1700000000001L)
                .addTags(Service.RunTag.newBuilder().setKey("made").setValue("by java"))
                .build());
    String id = info.getRunId();
    say("run", id);
    client.logParam(id, "lr", "0.1");
    client.logParam(id, "lr", "0.1");
    client.logMetric(id, "now", 1.5);
    client.logMetric(id, "loss", 0.5, 1700000000002L, 1);
    client.logMetric(id, "loss", 0.25, 1700000000003L, -3);
    client.logMetric(id, "far", 2, 9007199254740993L, Long.MAX_VALUE);
    client.logMetric(id, "nan", Double.NaN, 5, 0);
    client.logMetric(id, "tiny", Double.MIN_VALUE, 5, 0);
    client.logMetric(id, "inf", Double.POSITIVE_INFINITY, 5, 0);
    client.setTag(id, "stage", "dev");
    client.setTag(id, "temporary", "");
    client.deleteTag(id, "temporary");
    List<Service.Metric> metrics = new ArrayList<>();
    for (int step = 0; step < 990; step++) {
      metrics.add(
          Service.Metric.newBuilder()
              .setKey("batch").setValue(step / 8.0).setTimestamp(10 + step).setStep(step).build());
    }
    client.logBatch(
        id,
        metrics,
        Arrays.asList(Service.Param.newBuilder().setKey("optimizer").setValue("日本 🎲").build()),
        Arrays.asList(Service.RunTag.newBuilder().setKey("a/b").setValue("ü").build()));
    client.deleteRun(id);
    say("deletedRun", client.getRun(id).getInfo().getLifecycleStage());
    client.restoreRun(id);
    Service.Run run = client.getRun(id);
    say("restoredRun", run.getInfo().getLifecycleStage() + " " + run.getInfo().getStatus());
    Map<String, String> latest = new TreeMap<>();
    for (Service.Metric metric : run.getData().getMetricsList()) {
      latest.put(metric.getKey(), metric.getValue() + "@" + metric.getStep());
    }
    latest.keySet().remove("now");
    say("latest", latest);
    List<String> history = new ArrayList<>();
    for (Service.Metric metric : client.getMetricHistory(id, "loss")) {
      history.add(metric.getValue() + "@" + metric.getStep() + "/" + metric.getTimestamp());
    }
    say("history", history);
    say("longHistory", client.getMetricHistory(id, "batch").size());
    say("far", client.getMetricHistory(id, "far").get(0).getTimestamp());
    client.setTerminated(id, Service.RunStatus.FAILED, 1700000000009L);
    Service.RunInfo ended = client.getRun(id).getInfo();
    say("ended", ended.getStatus() + " " + ended.getStartTime() + " " + ended.getEndTime());
    return id;
  }

  private void searches(String experiment) {
    for (int index = 0; index < 5; index++) {
      String id = client.createRun(experiment).getRunId();
      client.logMetric(id, "score", index);
      client.setTerminated(id);
    }
    List<String> experiments = Arrays.asList(experiment);
    RunsPage page =
        client.searchRuns(
            experiments, "metrics.score > 0", Service.ViewType.ACTIVE_ONLY, 3,
            Arrays.asList("metrics.score DESC"));
    List<Double> scores = new ArrayList<>();
    int pages = 0;
    while (true) {
      pages++;
      for (Service.Run run : page.getItems()) {
        scores.add(run.getData().getMetrics(0).getValue());
      }
      if (!page.hasNextPage()) {
        break;
      }
      page = (RunsPage) page.getNextPage();
    }
    say("scores", scores + " on " + pages);
    say("infos", client.listRunInfos(experiment).size());
    say("failed", client.searchRuns(experiments, "attributes.status = 'FAILED'").size());
    say("deletedRuns",
        client.searchRuns(experiments, "", Service.ViewType.DELETED_ONLY).size());
    say("nowhere", client.searchRuns(NONE, "").size());
  }

  private void context(String experiment) {
    MlflowContext context = new MlflowContext(client);
    context.setExperimentId(experiment);
    ActiveRun parent = context.startRun("parent");
    parent.logParam("p", "1");
    parent.logParams(Collections.singletonMap("q", "2"));
    parent.setTag("s", "");
    parent.setTags(Collections.singletonMap("t", "3"));
    parent.logMetric("m", 1);
    parent.logMetrics(Collections.singletonMap("m", 2.0), 7);
    ActiveRun child = context.startRun("child", parent.getId());
    child.logMetric("m", 3, 1);
    child.endRun(Service.RunStatus.KILLED);
    parent.endRun();
    context.withActiveRun("within", run -> run.setTag("inside", "yes"));
    context.withActiveRun(
        "failing",
        run -> {
          throw new IllegalStateException("boom");
        });
    say("contextExperiment", new MlflowContext(client).setExperimentName("java größe").getExperimentId().equals(experiment));
  }

  private void errors(String run) {
    say("changedParam", refusal(() -> client.logParam(run, "lr", "0.2")));
    say("badKey", refusal(() -> client.logMetric(run, "a%b", 1)));
    say("unknownRun", refusal(() -> client.getRun("0123456789abcdef0123456789abcdef")));
    say("takenName", refusal(() -> client.createExperiment("java größe")));
    say("badFilter", refusal(() -> client.searchRuns(Arrays.asList("0"), "metrics.")));
  }

  /** Status and MLflow's code. */
  private static String refusal(Runnable call) {
    try {
      call.run();
      return "none";
    } catch (MlflowHttpException error) {
      String body = String.valueOf(error.getBodyMessage());
      String code = body.replaceAll("(?s).*\"error_code\"\\s*:\\s*\"(\\w+)\".*", "$1");
      return error.getStatusCode() + " " + code;
    }
  }

  private void artifacts(String run, Path file) throws Exception {
    client.logArtifact(run, file.toFile(), "sub dir");
    say("artifact", client.listArtifacts(run, "sub dir").get(0).getPath());
    Path copy = client.downloadArtifacts(run, "sub dir/" + file.getFileName()).toPath();
    say("downloaded", Arrays.equals(Files.readAllBytes(copy), Files.readAllBytes(file)));
  }
}
