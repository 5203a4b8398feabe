package io.github.hwtasks.conformance;

import com.fasterxml.jackson.databind.JsonNode;
import io.github.hwtasks.HwtasksClient;
import io.github.hwtasks.HwtasksException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Runs the cases of paging.json. */
final class PagingCases {
    /** What a list returned before it ended, or failed. */
    private record Taken(List<JsonNode> items, HwtasksException error) {
        List<String> ids() {
            return items.stream()
                    .map(item -> Json.textOf(item, item.has("id") ? "id" : "instance_id"))
                    .toList();
        }
    }

    private PagingCases() {}

    static void paging(JsonNode one) {
        JsonNode call = one.get("call");
        JsonNode expect = one.get("expect");
        Json.known(expect, "ids", "all", "maybe", "tasks", "error", "requests", "requests_at_most");
        String name = call.get("operation").textValue().contains("Dcs") ? "dcs" : "kafka";
        try (Script script = new Script(one.get("script"), name)) {
            boolean isByPage = "pages".equals(Json.textOf(one, "as"));
            Taken got = take(script.client(), call, isByPage, Json.intOf(one, "take", Integer.MAX_VALUE));
            if (expect.has("ids")) {
                Check.equal("the list of IDs", Json.texts(got.ids()), expect.get("ids"));
            }
            if (expect.has("tasks")) {
                Check.equal("the list", Json.list(got.items()), expect.get("tasks"));
            }
            if (expect.has("all")) {
                checkAll(got.ids(), texts(expect.get("all")), texts(expect.get("maybe")));
            }
            if (Json.has(expect, "error")) {
                Normal.checkError(got.error(), expect.get("error"));
            } else if (got.error() != null) {
                throw got.error();
            }
            int requests = script.requests();
            if (expect.has("requests")) {
                Check.equal("the number of requests", requests, expect.get("requests"));
            }
            int most = Json.intOf(expect, "requests_at_most", requests);
            Check.that(requests <= most, "there were " + requests + " requests, more than " + most);
            script.checkPlayed();
        }
    }

    /** Reads a list until so many items have come. */
    private static Taken take(HwtasksClient client, JsonNode call, boolean isByPage, int most) {
        List<JsonNode> items = new ArrayList<>();
        try {
            if (most > 0) {
                for (Object next : list(client, call, isByPage)) {
                    if (isByPage) {
                        JsonNode page = Normal.of(next);
                        page.get(page.has("tasks") ? "tasks" : "instances").forEach(items::add);
                    } else {
                        items.add(Normal.of(next));
                    }
                    if (items.size() >= most) {
                        break;
                    }
                }
            }
            return new Taken(items, null);
        } catch (HwtasksException e) {
            return new Taken(items, e);
        }
    }

    @SuppressWarnings("deprecation") // The corpus has cases of V1.0.
    private static Iterable<?> list(HwtasksClient client, JsonNode call, boolean isByPage) {
        String id = Json.textOf(call, "instance_id");
        return switch (call.get("operation").textValue()) {
            case "ListDcsTasksV1" ->
                isByPage
                        ? client.dcs().pagesV1(id, Calls.listOptions(call))
                        : client.dcs().itemsV1(id, Calls.listOptions(call));
            case "ListDcsTasks" ->
                isByPage
                        ? client.dcs().pages(id, Calls.listOptions(call))
                        : client.dcs().items(id, Calls.listOptions(call));
            case "ListKafkaTasks" ->
                isByPage
                        ? client.kafka().pages(id, Calls.listOptions(call))
                        : client.kafka().items(id, Calls.listOptions(call));
            case "ListDcsInstances" ->
                isByPage
                        ? client.dcs().instancesPages(Calls.dcsInstancesOptions(call))
                        : client.dcs().instancesItems(Calls.dcsInstancesOptions(call));
            case "ListDmsInstances" ->
                isByPage
                        ? client.kafka().instancesPages(Calls.kafkaInstancesOptions(call))
                        : client.kafka().instancesItems(Calls.kafkaInstancesOptions(call));
            default -> throw new AssertionError("unknown list " + call);
        };
    }

    private static Set<String> texts(JsonNode list) {
        Set<String> texts = new HashSet<>();
        if (list != null) {
            list.forEach(text -> texts.add(text.textValue()));
        }
        return texts;
    }

    /** Fails unless each ID of all comes once, each of maybe at most once, and no other. */
    private static void checkAll(List<String> ids, Set<String> all, Set<String> maybe) {
        Set<String> seen = new HashSet<>();
        for (String id : ids) {
            Check.that(seen.add(id), id + " comes twice");
            Check.that(all.contains(id) || maybe.contains(id), id + " comes unexpectedly");
        }
        for (String id : all) {
            Check.that(seen.contains(id), id + " is missing");
        }
    }
}
