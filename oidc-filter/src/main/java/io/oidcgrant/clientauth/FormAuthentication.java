package io.oidcgrant.clientauth;

import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.auth.ClientAuthentication;
import com.nimbusds.oauth2.sdk.auth.ClientAuthenticationMethod;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.util.URLUtils;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A proof that stands in the body's parameters. */
final class FormAuthentication extends ClientAuthentication {
  private final Map<String, String> parameters;

  FormAuthentication(ClientAuthMethod method, String id, Map<String, String> parameters) {
    super(new ClientAuthenticationMethod(method.registered()), new ClientID(id));
    this.parameters = parameters;
  }

  @Override
  public Set<String> getFormParameterNames() {
    return parameters.keySet();
  }

  @Override
  public void applyTo(HTTPRequest request) {
    try {
      Map<String, List<String>> all = new HashMap<>(request.getBodyAsFormParameters());
      parameters.forEach((name, value) -> all.put(name, List.of(value)));
      request.setBody(URLUtils.serializeParameters(all));
    } catch (ParseException e) {
      throw new IllegalArgumentException("the body is not a form", e);
    }
  }
}
