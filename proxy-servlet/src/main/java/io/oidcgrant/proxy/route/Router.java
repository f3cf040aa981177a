package io.oidcgrant.proxy.route;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds the route of a request: the first candidate in the order of {@link Candidate} that matches.
 * Only those are looked at whose host and whose prefix do; how many routes there are besides costs
 * nothing. Safe for concurrent use.
 */
public final class Router {
  private static final int BUDGET = 64 * 1024;
  private static final int BUDGET_PER_REGEX = 256;

  private final List<Candidate> candidates;
  private final HostIndex<PrefixTree<Here>> index = new HostIndex<>();
  private final long budget;

  public Router(List<Route> routes) {
    List<Candidate> all = new ArrayList<>();
    routes.forEach(route -> all.addAll(Candidate.of(route)));
    all.sort(Candidate.ORDER);
    candidates = List.copyOf(all);
    for (int place = 0; place < all.size(); place++) {
      Candidate candidate = all.get(place);
      PathPattern path = candidate.path();
      Here here = index
          .at(candidate.host(), PrefixTree::new)
          .at(path == null ? "" : path.prefix(), Here::new);
      (candidate.hasRegex() ? here.regexes : here.prefixes).add(place);
    }
    budget =
        BUDGET + BUDGET_PER_REGEX * all.stream().mapToLong(Candidate::regexes).sum();
  }

  /** What becomes of a request. */
  public Outcome route(RequestFacts request) {
    Search search = new Search(candidates, request, budget);
    String path = request.path().text();
    List<PrefixTree<Here>> trees = index.matching(request.host());
    for (int i = 0; i < trees.size(); i++) {
      for (PrefixTree.Node<Here> at = trees.get(i).root(); at != null; at = at.next(path)) {
        Here here = at.value();
        if (here != null) {
          search.tryPrefixes(here.prefixes);
        }
      }
    }
    // What is dear comes last, when fewer can still be the first.
    for (int i = 0; i < trees.size(); i++) {
      for (PrefixTree.Node<Here> at = trees.get(i).root(); at != null; at = at.next(path)) {
        Here here = at.value();
        if (here != null) {
          search.tryRegexes(here.regexes);
        }
      }
    }
    return search.outcome();
  }

  /** The candidates of one host and one prefix. */
  private static final class Here {
    private final Places prefixes = new Places();
    private final Places regexes = new Places();
  }
}
