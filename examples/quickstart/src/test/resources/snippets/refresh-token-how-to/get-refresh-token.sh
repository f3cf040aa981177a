curl -i -X GET "http://localhost:8000/anything" \
     --no-progress-meter --fail-with-body \
     -u alex:doe
