{{- /* Not the labels of the service's own pods: its Service would send requests to the test. */ -}}
{{- define "inference-service.testLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}-test
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "inference-service.testHook" -}}
helm.sh/hook: test
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end }}

{{- /* Of (list . PATH TEXT): the service answers PATH well, and with TEXT in what it answers. Runs in the service's image, which has Node. */ -}}
{{- define "inference-service.testPod" -}}
{{- $ := index . 0 -}}
restartPolicy: Never
automountServiceAccountToken: false
securityContext:
  runAsNonRoot: true
  seccompProfile:
    type: RuntimeDefault
containers:
  - name: test
    image: {{ include "inference-service.image" $ | quote }}
    imagePullPolicy: {{ $.Values.image.pullPolicy }}
    command:
      - node
      - --input-type=module
      - --eval
      - |
        const response = await fetch(process.env.URL, { signal: AbortSignal.timeout(10_000) });
        const text = await response.text();
        console.log(response.status, text);
        if (!response.ok || !text.includes(process.env.TEXT)) process.exit(1);
    env:
      - name: URL
        value: http://{{ $.Release.Name }}:{{ $.Values.service.port }}{{ index . 1 }}
      - name: TEXT
        value: {{ index . 2 | quote }}
    resources:
      requests: { cpu: 50m, memory: 64Mi }
      limits: { memory: 128Mi }
    securityContext:
      allowPrivilegeEscalation: false
      readOnlyRootFilesystem: true
      capabilities:
        drop: [ALL]
{{- end }}
