curl http://localhost:8000 \
  --header "Refresh-Token: <refresh-token>"
