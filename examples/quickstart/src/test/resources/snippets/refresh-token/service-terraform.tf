resource "konnect_gateway_plugin_openid_connect" "my_openid_connect" {
  enabled = true
  config = {
    issuer = var.issuer
    client_id = [var.client_id]
    client_secret = [var.client_secret]
    client_auth = ["client_secret_post"]
    auth_methods = ["refresh_token"]
    refresh_token_param_type = ["header"]
    refresh_token_param_name = "refresh_token"
    upstream_refresh_token_header = "refresh_token"
  }
  control_plane_id = konnect_gateway_control_plane.my_konnect_cp.id
  service = {
    id = konnect_gateway_service.my_service.id
  }
}
