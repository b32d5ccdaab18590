import java.nio.file.Path;
import java.util.Map;
import org.neo4j.configuration.GraphDatabaseSettings;
import org.neo4j.configuration.connectors.BoltConnector;
import org.neo4j.configuration.connectors.ConnectorPortRegister;
import org.neo4j.configuration.connectors.ConnectorType;
import org.neo4j.configuration.connectors.HttpConnector;
import org.neo4j.configuration.connectors.HttpsConnector;
import org.neo4j.configuration.helpers.SocketAddress;
import org.neo4j.dbms.api.DatabaseManagementServiceBuilder;
import org.neo4j.kernel.internal.GraphDatabaseAPI;

/**
 * Runs Neo4j Community in this process: Launcher HOME CONF PORT, where port 0 is any free one, with the password in TWINFOLD_NEO4J_PASSWORD.
 * Prints "bolt PORT" when Bolt answers, and ends when stdin closes, so that it never outlives the process that started it.
 */
public final class Launcher {
    public static void main(String[] args) throws Exception {
        var service = new DatabaseManagementServiceBuilder(Path.of(args[0]))
                .loadPropertiesFromFile(Path.of(args[1]))
                .setConfig(BoltConnector.enabled, true)
                .setConfig(BoltConnector.listen_address, new SocketAddress("127.0.0.1", Integer.parseInt(args[2])))
                .setConfig(HttpConnector.enabled, false)
                .setConfig(HttpsConnector.enabled, false)
                .setConfig(GraphDatabaseSettings.auth_enabled, true)
                .build();
        var system = (GraphDatabaseAPI) service.database("system");
        try {
            system.executeTransactionally(
                    "ALTER USER neo4j SET PASSWORD $password CHANGE NOT REQUIRED", Map.of("password", System.getenv("TWINFOLD_NEO4J_PASSWORD")));
        } catch (RuntimeException problem) {
            // At every start but the first the password is this one already, which the server refuses to set again.
            if (!String.valueOf(problem.getMessage()).contains("cannot be the same")) {
                problem.printStackTrace();
                System.exit(1);
            }
        }
        System.out.println("bolt " + system.getDependencyResolver().resolveDependency(ConnectorPortRegister.class).getLocalAddress(ConnectorType.BOLT).getPort());
        while (System.in.read() >= 0) {
            // only the end of the stream matters
        }
        service.shutdown();
    }
}
