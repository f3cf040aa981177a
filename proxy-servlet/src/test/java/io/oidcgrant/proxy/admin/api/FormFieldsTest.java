package io.oidcgrant.proxy.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.oidcgrant.proxy.config.JsonNodes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** How the fields of a form become those of an entity. */
class FormFieldsTest {
  private static String json(String form) {
    FormFields fields = new FormFields();
    fields.addAll(form);
    return JsonNodes.write(fields.node("test", null));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=a%20b+c&path=%2Fx | {'name':'a b c','path':'/x'}",
        "name=42&port=42&enabled=true&tags=true | {'name':'42','port':42,'enabled':true,'tags':'true'}",
        "paths=/a | {'paths':'/a'}",
        "paths=/a&paths=/b&paths=/c | {'paths':['/a','/b','/c']}",
        "paths[]=/a | {'paths':['/a']}",
        "paths[]=/a&paths[]=/b | {'paths':['/a','/b']}",
        "paths[2]=/b&paths[1]=/a | {'paths':['/a','/b']}",
        "paths[]=/a&paths=/b | {'paths':['/a','/b']}",
        "service.name=s&service.id= | {'service':{'name':'s','id':null}}",
        "headers.X-V[1]=1&headers.X-V[2]=2 | {'headers':{'X-V':['1','2']}}",
        "headers[X-V]=1&service[name]=s | {'headers':{'X-V':'1'},'service':{'name':'s'}}",
        "a[b][1]=1&a[b][2]=2 | {'a':{'b':['1','2']}}",
        "name&a==b | {'name':null,'a':'=b'}",
        "'' | {}",
      })
  void names_leadIntoRecordsAndLists(String form, String json) {
    assertThat(json(form)).isEqualTo(json.replace('\'', '"'));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "config.leeway=7&config.client_secret=7 | {'leeway':7,'client_secret':'7'}",
        "config.ssl_verify=false&config.client_id=false | {'ssl_verify':false,'client_id':'false'}",
        "config.scopes[1]=1&config.scopes[2]=2 | {'scopes':['1','2']}",
        "config.unknown=1 | {'unknown':'1'}",
        "config.issuer_jwks[1].issuer=1&config.issuer_jwks[1].jwks_uri=u | {'issuer_jwks':[{'issuer':'1','jwks_uri':'u'}]}",
      })
  void settings_haveTheTypesOfTheirFields(String form, String json) {
    assertThat(json("name=openid-connect&" + form)).contains(json.replace('\'', '"'));
  }

  @Test
  void settingsInSections_haveTheTypesOfTheirFields() {
    assertThat(json("name=upstream-oauth&config.oauth.client_id=1&config.client.timeout=500"))
        .contains("{\"oauth\":{\"client_id\":\"1\"},\"client\":{\"timeout\":500}}");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a=1&a.b=2",
        "a.b=2&a=1",
        "a[1]=1&a[1]=2",
        "a[1].b=1&a[1]=2",
        "a=1&a[1]=2",
        "a[].b=1",
        "a[1000]=1",
        "a[-1]=1",
        "a]=1",
        "[1]=1",
        "=1",
        ".a=1",
        "a..b=1",
        "a=%zz",
        "a=%f",
        "a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a.a=1",
      })
  void whatCannotBe_isRefused(String form) {
    assertThatThrownBy(() -> json(form)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void fieldsWithoutEnd_areRefused() {
    String thousand = "a=1&".repeat(1000);
    assertThat(json(thousand)).startsWith("{\"a\":[");
    assertThatThrownBy(() -> json(thousand + "a=1")).isInstanceOf(IllegalArgumentException.class);
  }
}
