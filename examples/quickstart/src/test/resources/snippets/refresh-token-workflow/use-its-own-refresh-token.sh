curl http://localhost:8000 \
  --header "Refresh-Token:$(curl --user john:doe http://localhost:8000 | \
    jq -r '.headers."Refresh-Token"')"
